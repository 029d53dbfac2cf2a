using System.Globalization;
using Nin.Benchmarks.Peers;
using TorchSharp;
using static TorchSharp.torch;

// TorchSharpPeer train|infer MODEL BATCH SECONDS [channels-last]
return PeerProcess.Run(() =>
{
    bool training = args[0] == "train";
    int batch = int.Parse(args[2], CultureInfo.InvariantCulture);
    bool channelsLast = args.Length > 4 && args[4] == "channels-last";
    using var network = Networks.Create(args[1]);
    if (channelsLast) MemoryOrder.UseChannelsLast(network);
    using var images = MemoryOrder.Of(rand([batch, .. Networks.InputOf(args[1])]), channelsLast);
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
