using System.Runtime;
using Nin;
using Nin.Benchmarks.Peers;
using Nin.Runner.Models;

// How soon the first result of the book's network is there: what `Nin.Benchmarks measure infer book 1 0` does, and nothing else. With a folder the runtime keeps there
// which methods a start compiles, and compiles them on a thread of its own at the next one; a program of Native AOT has none to compile.
if (args is [string folder])
{
    ProfileOptimization.SetProfileRoot(folder);
    ProfileOptimization.StartProfile("start");
}

using var device = Device.Open("cpu");
using var network = new BookNin(device);
using var images = new TensorBuffer(device, 1, BookNin.Architecture.Input);
float[] logits = new float[10];
using var session = network.CreateSession(1);
session.Forward(images.Tensor.As<Chw<Nin.Dimensions.D1, Nin.Dimensions.D224, Nin.Dimensions.D224>>()).CopyTo(logits, Layout.Nchw);
Console.WriteLine(Measurement.First);
