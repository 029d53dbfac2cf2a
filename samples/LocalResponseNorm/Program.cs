using Nin;
using Nin.Samples;
using Nin.Training;

// dotnet run -c Release --project samples/LocalResponseNorm [device]
// Holds the gradient of the step, and of a network that holds it, against central differences.
using var device = Device.Open(args is [var id] ? id : "cpu");
var step = GradientCheck.Of(new LrnStep(new Shape(8, 5, 7), size: 5, alpha: 0.5), device);
Console.WriteLine($"{device}, the step: {step}");
using var net = new NormNet(device, seed: 1);
var network = GradientCheck.Of(net);
Console.WriteLine($"{device}, {nameof(NormNet)}: {network}");
return step.IsRight && network.IsRight ? 0 : 1;
