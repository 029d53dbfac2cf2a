namespace Nin.Runner.Runs;

/// <summary>What a manifest says of the device.</summary>
sealed record ManifestDevice(string Id, string Name, int Threads);
