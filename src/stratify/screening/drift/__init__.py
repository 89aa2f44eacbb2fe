"""A model at work: whether recent runs look like the people from whom it learned."""
