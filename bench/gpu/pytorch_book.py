"""The book's network in PyTorch, beside run.sh: training (SGD, cross entropy, loss read) and inference, examples a second.

    python bench/gpu/pytorch_book.py [--batch 128] [--seconds 2] [--device cuda] [--time 50]

One row for each of: TF32 off and on, memory order as it comes and channels_last, eager and torch.compile. The most telling come first; what the time in
seconds did not allow, or a signal ended, is named in the end.
"""

import argparse
import signal
import statistics
import sys
import time

import torch
from torch import nn


# TF32, channels_last, torch.compile: PyTorch as fast as it is without compiling, as it comes, and compiled, which takes a minute by itself.
CONFIGURATIONS = [
    (False, True, False), (True, True, False), (False, False, False), (True, False, False),
    (True, True, True), (False, True, True), (True, False, True), (False, False, True)]


def block(inputs, width, kernel, stride=1, padding=0):
    return nn.Sequential(
        nn.Conv2d(inputs, width, kernel, stride, padding), nn.ReLU(),
        nn.Conv2d(width, width, 1), nn.ReLU(),
        nn.Conv2d(width, width, 1), nn.ReLU())


def book():
    return nn.Sequential(
        block(1, 96, 11, stride=4), nn.MaxPool2d(3, 2),
        block(96, 256, 5, padding=2), nn.MaxPool2d(3, 2),
        block(256, 384, 3, padding=1), nn.MaxPool2d(3, 2),
        nn.Dropout(0.5),
        block(384, 10, 3, padding=1), nn.AdaptiveAvgPool2d(1), nn.Flatten())


def median_seconds(step, seconds, synchronize):
    step()
    start = time.perf_counter()
    warm = 0
    while warm < 2 or time.perf_counter() - start < seconds / 2:
        step()
        warm += 1
    times = []
    start = time.perf_counter()
    while len(times) < 3 or time.perf_counter() - start < seconds:
        synchronize()
        begin = time.perf_counter()
        step()
        synchronize()
        times.append(time.perf_counter() - begin)
    return statistics.median(times)


def measure(options, tf32, channels_last, compiled):
    torch.backends.cuda.matmul.allow_tf32 = tf32
    torch.backends.cudnn.allow_tf32 = tf32
    torch.backends.cudnn.benchmark = True
    device = torch.device(options.device)
    order = torch.channels_last if channels_last else torch.contiguous_format
    torch.manual_seed(0)
    net = book().to(device, memory_format=order)
    run = torch.compile(net) if compiled else net
    images = torch.rand(options.batch, 1, 224, 224, device=device).to(memory_format=order)
    labels = torch.arange(options.batch, device=device) % 10
    sgd = torch.optim.SGD(net.parameters(), lr=0.01)

    def train():
        sgd.zero_grad(set_to_none=True)
        loss = nn.functional.cross_entropy(run(images), labels)
        loss.backward()
        sgd.step()
        loss.item()

    def infer():
        with torch.inference_mode():
            run(images).cpu()

    synchronize = torch.cuda.synchronize if device.type == "cuda" else lambda: None
    net.train()
    training = median_seconds(train, options.seconds, synchronize)
    net.eval()
    inference = median_seconds(infer, options.seconds, synchronize)
    return options.batch / training, options.batch / inference


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--seconds", type=float, default=2)
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--time", type=float, default=float("inf"))
    options = parser.parse_args()
    start = time.monotonic()
    name = torch.cuda.get_device_name() if options.device.startswith("cuda") else "the processor"
    print(f"PyTorch {torch.__version__} on {name}, book, batch {options.batch}\n")
    print("| TF32 | memory order | | training, examples/s | inference, examples/s |")
    print("|---|---|---|---|---|")
    left = list(CONFIGURATIONS)

    def end(*_):
        print_cut(left)
        # Compilers of torch.compile may still run: they are not waited for.
        sys.stdout.flush()
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.raise_signal(signal.SIGTERM)

    signal.signal(signal.SIGTERM, end)
    while left and time.monotonic() - start < options.time:
        tf32, channels_last, compiled = left[0]
        row = f"| {' | '.join(names(*left[0]))} |"
        try:
            training, inference = measure(options, tf32, channels_last, compiled)
            print(f"{row} {training:,.0f} | {inference:,.0f} |", flush=True)
        except RuntimeError as error:
            print(f"{row} {str(error).splitlines()[0]} | |", flush=True)
        left.pop(0)
    print_cut(left)


def names(tf32, channels_last, compiled):
    return "on" if tf32 else "off", "channels_last" if channels_last else "contiguous", "torch.compile" if compiled else "eager"


def print_cut(left):
    if left:
        print("\nNo time for: " + "; ".join("TF32 " + ", ".join(names(*one)) for one in left) + ".", flush=True)


if __name__ == "__main__":
    main()
