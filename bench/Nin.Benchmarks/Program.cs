using System.Globalization;
using Nin.Benchmarks;
using Nin.Benchmarks.Baselines;
using Nin.Benchmarks.Kernels;
using Nin.Benchmarks.Loading;
using Nin.Benchmarks.Onnx;
using Nin.Benchmarks.Peak;
using Nin.Benchmarks.Peers;
using Nin.Benchmarks.Profile;
using Nin.Benchmarks.Scaling;
using Nin.Benchmarks.Service;
using Nin.Benchmarks.Table;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
try
{
    string command = args.Length > 0 ? args[0] : "";
    if (command == "kernels") return KernelBenchmarks.Run(args[1..]);
    if (command == NinProcess.Command) return PeerProcess.Run(() => NinProcess.Run(args.AsSpan(1)));
    var options = Options.Parse(args.AsSpan(Math.Min(1, args.Length)));
    switch (command)
    {
        case "table":
            new PeerTable(options).Print();
            OnnxAgreement.Print(options);
            LayerTable.Print(options);
            return 0;
        case "peers":
            new PeerTable(options).Print();
            return 0;
        case "agree":
            return OnnxAgreement.Print(options) ? 0 : 1;
        case "peak":
            LayerTable.Print(options);
            return 0;
        case "scaling":
            ScalingTable.Print(options);
            return 0;
        case "loading":
            LoadingTable.Print(options);
            return 0;
        case "service":
            FirstRequest.Print(options);
            return 0;
        case "profile":
            StepProfile.Print(options);
            return 0;
        default:
            Console.Error.WriteLine(Options.Usage);
            return 2;
    }
}
catch (ArgumentException exception)
{
    Console.Error.WriteLine(exception.Message);
    return 2;
}
