using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using Nin.Benchmarks.Peers;

// OnnxRuntimePeer infer MODEL.onnx BATCH SECONDS            times it
// OnnxRuntimePeer check MODEL.onnx BATCH INPUT OUTPUT       runs the floats of one file through it, into another
return PeerProcess.Run(() =>
{
    int batch = int.Parse(args[2], CultureInfo.InvariantCulture);
    using var options = new SessionOptions
    {
        IntraOpNumThreads = Environment.ProcessorCount,
        GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL,
    };
    using var session = new InferenceSession(args[1], options);
    var (name, meta) = session.InputMetadata.First();
    long[] shape = [batch, .. meta.Dimensions[1..].Select(d => (long)d)];
    var input = new float[shape.Aggregate(1L, (a, b) => a * b)];
    bool check = args[0] == "check";
    if (check) File.ReadAllBytes(args[3]).CopyTo(MemoryMarshal.AsBytes(input.AsSpan()));
    else FillRandomly(input);

    using var value = OrtValue.CreateTensorValueFromMemory(input, shape);
    using var run = new RunOptions();
    var feeds = new Dictionary<string, OrtValue> { [name] = value };
    string[] wanted = [.. session.OutputNames];
    if (check)
    {
        using var outputs = session.Run(run, feeds, wanted);
        File.WriteAllBytes(args[4], MemoryMarshal.AsBytes(outputs[0].GetTensorDataAsSpan<float>()));
        return;
    }

    Console.WriteLine(Measurement.Run(Step, double.Parse(args[3], CultureInfo.InvariantCulture)));

    void Step()
    {
        using var outputs = session.Run(run, feeds, wanted);
        _ = outputs[0].GetTensorDataAsSpan<float>()[0];
    }
});

static void FillRandomly(float[] values)
{
    var random = new Random(1);
    for (int i = 0; i < values.Length; i++) values[i] = random.NextSingle();
}
