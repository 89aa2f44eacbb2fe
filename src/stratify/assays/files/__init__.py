"""Files, archives, workbooks and texts: opened once, safely, and cut into cells."""
