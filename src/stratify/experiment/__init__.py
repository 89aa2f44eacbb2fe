"""An experiment file, and the whole path from its data to a kept model."""
