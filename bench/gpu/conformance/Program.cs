using System.Globalization;
using System.Runtime.InteropServices;
using Nin.Benchmarks.Gpu.Conformance;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
double seconds = 180;
string? json = null;
string kind = "cuda";
for (int i = 0; i < args.Length; i += 2)
{
    string? value = i + 1 < args.Length ? args[i + 1] : null;
    if (args[i] == "--json" && value is not null) json = value;
    else if (args[i] == "--device" && value is not null && Suite.Kinds.Contains(value)) kind = value;
    else if (args[i] != "--seconds" || !double.TryParse(value, CultureInfo.InvariantCulture, out seconds) || seconds <= 0)
    {
        Console.Error.WriteLine($"{string.Join(' ', args[i..])} is none of --device {string.Join('|', Suite.Kinds)}, --seconds S and --json FILE.");
        return 2;
    }
}

var result = new SuiteResult();
// Who ends this before it is done keeps what there is.
using var ended = PosixSignalRegistration.Create(PosixSignal.SIGTERM, _ => Save("ended early, "));
using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, _ => Save("ended early, "));
Suite.Run(kind, TimeSpan.FromSeconds(seconds), result, () => Save(null));
result.IsFinished = true;
Save("");
return result.Failed > 0 || result.Passed == 0 ? 1 : 0;

// The counts as they are, and where they are final or a class has ended, a line too.
void Save(string? line)
{
    if (line is not null) Console.WriteLine(line + result);
    if (json is not null) result.Write(json);
}
