using System.Globalization;
using Nin.Benchmarks.Peers;
using TorchSharp;
using static TorchSharp.torch;

// TorchSharpPeer train|infer book|mnist28 BATCH SECONDS
return PeerProcess.Run(() =>
{
    bool training = args[0] == "train";
    int batch = int.Parse(args[2], CultureInfo.InvariantCulture), size = args[1] == "book" ? 224 : 28;
    using var network = args[1] == "book" ? Networks.Book() : Networks.Mnist28();
    using var images = rand(batch, 1, size, size);
    using var labels = randint(10, new long[] { batch });
    using var sgd = optim.SGD(network.parameters(), 0.01);
    using var loss = nn.CrossEntropyLoss();
    network.train(training);
    Action step = training ? Train : Infer;
    Console.WriteLine(Measurement.Run(step, double.Parse(args[3], CultureInfo.InvariantCulture)));

    void Train()
    {
        using var scope = NewDisposeScope();
        sgd.zero_grad();
        var value = loss.call(network.call(images), labels);
        value.backward();
        sgd.step();
        _ = value.item<float>();
    }

    // Inference mode records nothing for gradients, not even versions: the fastest that the library offers.
    void Infer()
    {
        using var mode = inference_mode();
        using var scope = NewDisposeScope();
        _ = network.call(images).data<float>()[0];
    }
});
