using System.CommandLine;
using Nin.Runner.Checks;
using Nin.Runner.Output;
using Nin.Runner.Results;

namespace Nin.Runner.Commands;

/// <summary><c>nin doctor</c>.</summary>
sealed class DoctorCommand : Command
{
    readonly Option<ModelEntry?> model = SharedOptions.Model($"The network to try; {ModelCatalog.Default} unless given");

    public DoctorCommand()
        : base("doctor", "Try devices, layers, gradients, memory and threads on this machine")
    {
        Add(model);
        SetAction((parsed, cancellation) => Task.FromResult(Run(parsed, cancellation)));
    }

    int Run(ParseResult parsed, CancellationToken cancellation)
    {
        var report = new Report(parsed);
        var checks = new List<DoctorCheck>();
        foreach (var check in new Doctor(parsed.GetValue(model) ?? ModelCatalog.Get(ModelCatalog.Default), cancellation).Run())
        {
            checks.Add(check);
            if (report.IsTerminal) report.Note($"{check.Name}: {(check.Ok ? "ok" : "FAILED")}");
        }

        int failed = checks.Count(c => !c.Ok);
        report.Result(new DoctorResult(checks), RunnerJson.Lines.DoctorResult, console =>
        {
            var table = Tables.Create("check", "", "detail");
            // A line of details may be long: people read it whole, and the table must not cut it.
            table.Columns[2].NoWrap = false;
            foreach (var check in checks) table.Add(check.Name, check.Ok ? "ok" : "FAILED", check.Detail);
            console.Write(table);
            console.Say(failed == 0 ? $"  all {checks.Count} checks passed" : $"  {failed} of {checks.Count} checks failed");
        });
        return failed == 0 ? ExitCode.Done : ExitCode.Failed;
    }
}
