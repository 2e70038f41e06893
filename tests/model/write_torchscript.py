"""Files as Python's torch writes them, for tests/model/test_imported.cpp: run in a folder with x.npy and native.pt."""
import numpy as np
import torch
from torch import nn

torch.manual_seed(0)
torch.set_num_threads(1)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 8, 3, padding=1)
        self.norm = nn.BatchNorm2d(8)
        self.drop = nn.Dropout(0.5)
        self.out = nn.Linear(8 * 14 * 14, 10)

    def forward(self, x):
        x = torch.max_pool2d(torch.relu(self.norm(self.conv(x))), 2)
        return self.out(self.drop(x.flatten(1)))


x = torch.from_numpy(np.load("x.npy")).float() / 255
net = Net()
net(torch.rand(64, 1, 28, 28))  # running statistics
torch.jit.script(net.train()).save("script.pt", _extra_files={"metamer.json": '{"mean": [0.1307], "std": [0.3081]}'})
net.eval()
torch.jit.trace(net, x[:1]).save("trace.pt")
torch.save(net.state_dict(), "state.pt")
torch.save(net, "module.pt")
torch.save(net.state_dict(), "legacy.pt", _use_new_zipfile_serialization=False)
with torch.no_grad():
    np.save("script.npy", net((x - 0.1307) / 0.3081).numpy())
    np.save("trace.npy", net(x).numpy())
    np.save("native.npy", torch.jit.load("native.pt").eval()(x).numpy())
