"""Questions to SQL to Arrow to bytes."""

import pyarrow as pa

# Arrow's own pool keeps what each thread freed, up to 60 MiB in a server that sends files; the system's gives it back.
pa.set_memory_pool(pa.system_memory_pool())
