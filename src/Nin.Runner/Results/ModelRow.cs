namespace Nin.Runner.Results;

/// <summary>A network in <c>nin models --json</c>; <paramref name="Macs"/> are multiply-adds of one example.</summary>
sealed record ModelRow(string Id, string Input, long Parameters, long Macs);
