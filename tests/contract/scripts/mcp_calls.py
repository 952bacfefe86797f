"""Calls tools of superset-mcp, as an assistant does, and prints what each answers, a line of JSON each.

Arguments: the program of its server; a file of calls, [[tool, arguments], ...].
"""

import asyncio
import json
import os
import sys
from pathlib import Path

from mcp import ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client


async def main() -> None:
    """Nothing; the answers are printed."""
    parameters = StdioServerParameters(command=sys.argv[1], env=dict(os.environ))
    async with stdio_client(parameters) as streams, ClientSession(*streams) as session:
        await session.initialize()
        for tool, arguments in json.loads(Path(sys.argv[2]).read_text()):
            answer = await session.call_tool(tool, arguments)
            text = answer.content[0].text if answer.content else "null"
            print(json.dumps(json.loads(text) if text.startswith(("{", "[")) else text), flush=True)


asyncio.run(main())
