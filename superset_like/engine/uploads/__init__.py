"""Files of people, read as columns of known types: batch by batch, from the disk, within limits."""
