"""The child's side of `worker`: reads a job, limits itself, parses, writes "=" and msgpack, or "!" or "?" and a reason.

Started by its path, with nothing of ours imported: the limit of memory stands before anything else runs.
"""

from __future__ import annotations

import os
import pickle
import resource
import sys


def main() -> None:
    job = pickle.loads(sys.stdin.buffer.read())  # noqa: S301 - our own parent sent it
    resource.setrlimit(resource.RLIMIT_AS, (job["memory"], job["memory"]))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sys.path[:] = job["path"]
    # What the parse prints must not get between us and the parent.
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    try:
        answer = parsed(job["parse"])
    except MemoryError:
        answer = b"?it takes too much memory"
    out.write(answer)
    out.close()


def parsed(pickled: bytes) -> bytes:
    import msgspec  # noqa: PLC0415 - after the limits

    from hub.errors import PayloadChanged  # noqa: PLC0415 - after the limits and the path

    parse, reply = pickle.loads(pickled)  # noqa: S301 - our own parent sent it
    try:
        return b"=" + msgspec.msgpack.encode(parse(reply))
    except PayloadChanged as error:
        return b"!" + str(error).encode()
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 - the edge of the process: the parent raises it as PayloadChanged
        return f"?{type(error).__name__}: {error}"[:300].encode(errors="replace")


if __name__ == "__main__":
    main()
