using System.Globalization;
using Nin;
using Nin.Dimensions;
using Nin.Images;
using Nin.Samples;
using Nin.Training;

// dotnet run -c Release --project samples/multi-label -- TRAINING TEST [steps]: folders that have one folder of pictures a kind.
if (args is not [var trainingFolder, var testFolder, ..])
{
    Console.Error.WriteLine("multi-label: name a folder of training images and one of test images (samples/own-images/fetch.mjs makes both): TRAINING TEST [steps]");
    return 2;
}

const int Batch = 64, TestBatches = 16;
int steps = args.Length > 2 ? int.Parse(args[2], CultureInfo.InvariantCulture) : 800;
var training = ImageFolder.Load(trainingFolder, Mosaics.Tile).Images;
var test = ImageFolder.Load(testFolder, Mosaics.Tile).Images;
if (training.ClassNames.Count != 9 || !test.ClassNames.SequenceEqual(training.ClassNames))
{
    Console.Error.WriteLine($"multi-label: {trainingFolder} has {training.ClassNames.Count} kinds and {testFolder} has {test.ClassNames.Count}; {nameof(MosaicNet)} takes the same nine of both.");
    return 2;
}

using var device = Device.Best();
using var net = new MosaicNet(device, seed: 0);
using var images = net.CreateInput(Batch);
using var wanted = new TensorBuffer<Features<D9>>(device, Batch);
using var optimizer = new Adam(net.Parameters, learningRate: 2e-3);
var loss = new BinaryCrossEntropyLoss();
float[] pixels = new float[Batch * 3 * Mosaics.Side * Mosaics.Side], kinds = new float[Batch * 9];

var mosaics = new Mosaics(training, seed: 0);
double sum = 0;
for (int step = 1; step <= steps; step++)
{
    optimizer.LearningRate = 2e-3 * (1 + Math.Cos(Math.PI * step / steps)) / 2;
    mosaics.Fill(pixels, kinds);
    sum += net.TrainStep(images.CopyFrom(pixels, Batch, Layout.Nchw), wanted.CopyFrom(kinds, Batch, Layout.Nchw), optimizer, loss);
    if (step % 100 != 0 && step != steps) continue;
    int since = step % 100 == 0 ? 100 : step % 100;
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"step {step}/{steps}  loss {sum / since:F3}"));
    sum = 0;
}

// Beside it: who says of each mosaic whatever kinds are in more than half of all, and looks at none.
var (network, blind) = (new Score(), new Score());
var unseen = new Mosaics(test, seed: 1);
double[] share = Shares(new Mosaics(training, seed: 2));
for (int batch = 0; batch < TestBatches; batch++)
{
    unseen.Fill(pixels, kinds);
    float[] logits = net.Forward(images.CopyFrom(pixels, Batch, Layout.Nchw)).ToArray(Layout.Nchw);
    for (int i = 0; i < kinds.Length; i++)
    {
        network.Add(logits[i] > 0, kinds[i] > 0);
        blind.Add(share[i % 9] > 0.5, kinds[i] > 0);
    }
}

Console.WriteLine($"of {TestBatches * Batch:N0} mosaics of unseen drawings: {network}");
Console.WriteLine($"who looks at none: {blind}");
return 0;

double[] Shares(Mosaics some)
{
    double[] shares = new double[9];
    some.Fill(pixels, kinds);
    for (int i = 0; i < kinds.Length; i++) shares[i % 9] += kinds[i] / Batch;
    return shares;
}
