"""REST: the same answers as the page and the command line, for programs."""

from __future__ import annotations

from typing import Any

import pandas as pd
from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from stratify.reporting.manifest import software_version
from stratify.screening.app.blinding import refuse_blind
from stratify.screening.app.intake import take_in
from stratify.screening.app.refusal import RequestError
from stratify.screening.app.rows import profiles_of
from stratify.screening.app.service import Service, Visit, service_of
from stratify.screening.app.uploads import read_form
from stratify.screening.results import SCHEMA_VERSION, results_schema
from stratify.screening.serving import ServedModel

router = APIRouter()
_REFUSAL = {
    "type": "object",
    "required": ["expected", "found", "do"],
    "properties": {name: {"type": "string"} for name in ("expected", "found", "do")},
}
_SAYS = {
    400: "the request is not in the form that is described here",
    401: "a login is asked for and there is none",
    403: "another site sent it, or the server is blind",
    408: "the upload took too long",
    413: "larger than the limits",
    415: "neither JSON nor a form",
    421: "the server was asked for under another name",
    422: "understood, and can not be scored",
    503: "too many wait",
}
_REFUSALS: dict[int | str, dict[str, Any]] = {
    status: {"description": says, "content": {"application/json": {"schema": _REFUSAL}}}
    for status, says in _SAYS.items()
}
_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "additionalProperties": False,
                    "required": ["samples"],
                    "properties": {
                        "samples": {
                            "type": "array",
                            "minItems": 1,
                            "items": {
                                "type": "object",
                                "additionalProperties": False,
                                "required": ["sample_id", "levels"],
                                "properties": {
                                    "sample_id": {"type": "string", "minLength": 1, "maxLength": 200},
                                    "levels": {
                                        "type": "object",
                                        "additionalProperties": {"type": ["number", "null"]},
                                    },
                                },
                            },
                        }
                    },
                }
            },
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["levels"],
                    "properties": {
                        "levels": {"type": "string", "format": "binary"},
                        "clinical": {"type": "string", "format": "binary"},
                    },
                }
            },
        },
    }
}


@router.get("/health")
async def health(request: Request) -> dict[str, Any]:
    """Say that the server answers, and with which model."""
    return {"status": "ok", "model_digest": service_of(request).loaded.digest, "stratify": software_version()}


@router.get("/model", responses={401: _REFUSALS[401]})
async def model(request: Request) -> dict[str, Any]:
    """Name the model, what it was trained on, and the numbers by which it calls."""
    loaded = Visit.of(request).service.loaded
    of = loaded.model
    return {
        "name": of.name,
        "version": of.version,
        "digest": loaded.digest,
        "family": of.family,
        "reference_disease": of.positive,
        "simulated": of.simulated,
        "shown_against_permuted_labels": bool(of.rule.shown),
        "platform": of.platform,
        "scale": of.scale,
        "matrix": of.matrix,
        "assays": len(of.assays),
        "calls": [of.rule.positive_call, of.rule.negative_call, "indeterminate"],
        "rule": {
            "alpha": of.rule.alpha,
            "healthy_tail": of.rule.healthy_tail,
            "smallest_relevant_size": of.rule.smallest_relevant_size,
            "least_weight_covered": of.rule.least_weight_covered,
        },
        "says": "resemblance to the reference disease, never response to a drug; no medical decision",
    }


@router.get("/schema", responses={401: _REFUSALS[401]})
async def schema(request: Request) -> dict[str, Any]:
    """List the assays that the model asks for, and describe a row of results."""
    of = Visit.of(request).service.loaded.model
    return {
        "platform": of.platform,
        "scale": of.scale,
        "matrix": of.matrix,
        "assays": [
            {"assay_id": str(assay)} | {name: str(row[name]) for name in ("uniprot", "gene", "panel")}
            for assay, row in of.assays.iterrows()
        ],
        "results": results_schema(),
    }


@router.post("/score", openapi_extra=_BODY, responses=_REFUSALS)
async def score(request: Request) -> JSONResponse:
    """Score samples (JSON, taken as normalised by the vendor) or a laboratory's file; nothing is kept."""
    visit = Visit.of(request)
    service = visit.service
    refuse_blind(service.settings.blind)
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "application/json":
        body = await request.body()
        answer = await service.work.run(_scored_rows, service, body)
    elif kind == "multipart/form-data":
        form = await read_form(request, service.settings.limits)
        if "levels" not in form.files:
            raise RequestError(400, "a file in the field levels", "none", "name the field levels")
        answer = await service.work.run(
            _scored_file, service, form.files["levels"], form.files.get("clinical")
        )
    else:
        raise RequestError(
            415, "application/json or multipart/form-data", "another content type", "see /openapi.json"
        )
    return JSONResponse(answer)


def _scored_rows(service: Service, body: bytes) -> dict[str, Any]:
    loaded = service.loaded
    profiles = profiles_of(body, service.settings.limits)
    return _answer(loaded.digest, ServedModel(loaded.model, loaded.digest).predict(profiles))


def _scored_file(service: Service, levels: Any, clinical: Any) -> dict[str, Any]:
    screening = take_in(service.loaded, service.settings, levels, clinical).screening
    findings = [
        {"code": one.code, "severity": str(one.severity), "count": one.count, "remedy": one.remedy}
        for one in screening.facts.findings
    ]
    answer = _answer(screening.digest, screening.table) | {"findings": findings}
    if screening.eligibility is not None:
        answer["eligibility"] = screening.eligibility.table().to_dict("records")
    return answer


def _answer(digest: str, table: pd.DataFrame) -> dict[str, Any]:
    rows = [
        {name: None if value != value else value for name, value in row.items()}
        for row in table.to_dict("records")
    ]
    return {"model_digest": digest, "schema_version": SCHEMA_VERSION, "results": rows}
