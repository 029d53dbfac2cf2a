using Library;
using Nin;
using Nin.Dimensions;

using var device = Device.Open("cpu");
using var book = new BookNin(device, seed: 0);
using var image = book.CreateInput(1);
image.CopyFrom(new float[224 * 224], Layout.Nchw);
Tensor<Features<D10>> logits = book.Forward(image);
Console.WriteLine($"book {BookNin.ParameterCount} {BookNin.Architecture.Hash()}");
Console.WriteLine($"logits {logits.ToArray(Layout.Nchw).Length}");

using var stem = new Stem(device, seed: 1);
using var head = new Head(device, seed: 2);
using var images = stem.CreateInput(2);
images.CopyFrom(new float[2 * 3 * 24 * 20], Layout.Nchw);
Console.WriteLine($"wired {head.Forward(stem.Forward(images)).ToArray(Layout.Nchw).Length}");
Console.WriteLine($"devices {string.Join(' ', DeviceDiscovery.List().Where(d => d.Missing is null).Select(d => d.Id))}");
