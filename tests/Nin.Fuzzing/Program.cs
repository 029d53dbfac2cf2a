using System.Runtime.InteropServices;
using Nin.Fuzzing;
using SharpFuzz;
using SharpFuzz.Common;

// `seeds FORMAT FOLDER` writes the good files; `fuzz FORMAT` reads what afl-fuzz gives on standard input; `read FORMAT FILE...` reads files again.
// Instrumented code counts branches here until afl-fuzz gives it its own memory.
unsafe
{
    Trace.SharedMem = (byte*)NativeMemory.AllocZeroed(1 << 16);
}

string folder = Directory.CreateTempSubdirectory("nin-fuzzing-").FullName;
try
{
    if (args is not [var command and ("seeds" or "fuzz" or "read"), var format, .. var paths]) throw new ArgumentException("Usage: seeds FORMAT FOLDER | fuzz FORMAT | read FORMAT FILE...");
    var target = Target.Of(format, folder);
    // Code that runs for the first time takes memory of its own.
    foreach (byte[] seed in target.Seeds) target.Rules.Judge(seed);
    switch (command)
    {
        case "seeds":
            Directory.CreateDirectory(paths[0]);
            for (int i = 0; i < target.Seeds.Count; i++) File.WriteAllBytes(Path.Combine(paths[0], $"seed-{i}"), target.Seeds[i]);
            break;
        case "fuzz":
            Fuzzer.Run(stream =>
            {
                using var bytes = new MemoryStream();
                stream.CopyTo(bytes);
                target.Rules.Judge(bytes.ToArray());
            });
            break;
        default:
            foreach (string path in paths) Console.WriteLine($"{path}: {(target.Rules.Judge(File.ReadAllBytes(path)).IsRefused ? "refused" : "read")}");
            break;
    }
}
finally
{
    Directory.Delete(folder, recursive: true);
}
