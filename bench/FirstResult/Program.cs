using Nin;
using Nin.Benchmarks.Peers;
using Nin.Runner.Models;

// How soon the first result of the book's network is there, published by Native AOT: what `Nin.Benchmarks measure infer book 1 0` does, and nothing else.
using var device = Device.Open("cpu");
using var network = new BookNin(device);
using var images = new TensorBuffer(device, 1, BookNin.Architecture.Input);
float[] logits = new float[10];
using var session = network.CreateSession(1);
session.Forward(images.Tensor.As<Chw<Nin.Dimensions.D1, Nin.Dimensions.D224, Nin.Dimensions.D224>>()).CopyTo(logits, Layout.Nchw);
Console.WriteLine(Measurement.First);
