"""Lets Metamer ask a Python model: NumPy arrays in, logits and input gradients out. Copy nothing: in your my_model.py

    from metamer_model import serve
    def logits(x):              # x: float32 [N, C, H, W], pixels in 0..1
        return net(torch.from_numpy(x)).detach().numpy()              # [N, classes], no softmax
    def gradients(x, weights):  # d/dx of (weights * logits).sum(); leave it out if you have none
        x = torch.from_numpy(x).requires_grad_()
        return torch.autograd.grad((net(x) * torch.from_numpy(weights)).sum(), x)[0].numpy()
    serve(logits, classes=10, gradients=gradients)

then: metamer-cli model import STUDY --name mine --command "python3 my_model.py"
"""
import os, struct, sys, traceback
import numpy as np


def serve(logits, classes, gradients=None):
    """Answers until Metamer closes the pipe. What the model prints goes to standard error."""
    source, sink = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)

    def send(kind, body):
        sink.write(struct.pack("<4sQ", kind, len(body)) + body)
        sink.flush()

    send(b"HELO", struct.pack("<III", 1, classes, gradients is not None))
    while header := source.read(12):
        kind, length = struct.unpack("<4sQ", header)
        body = bytearray(source.read(length))
        try:
            n, c, h, w = struct.unpack_from("<IIII", body)
            x = np.frombuffer(body, "<f4", n * c * h * w, 16).reshape(n, c, h, w)
            if kind == b"LOGI":
                answer, shape = logits(x), (n, classes)
            else:
                answer, shape = gradients(x, np.frombuffer(body, "<f4", offset=16 + x.nbytes).reshape(n, classes)), x.shape
            answer = np.ascontiguousarray(answer, "<f4")
            if answer.shape != shape:
                raise ValueError(f"{kind.decode()} gave an array of shape {answer.shape}, not {shape}")
            send(kind, answer.tobytes())
        except Exception as error:
            traceback.print_exc()
            send(b"FAIL", f"{type(error).__name__}: {error}".encode())
