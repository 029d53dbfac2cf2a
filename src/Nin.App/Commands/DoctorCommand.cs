using System.CommandLine;
using Nin.App.Checks;
using Nin.App.Output;
using Nin.App.Results;

namespace Nin.App.Commands;

/// <summary><c>nin doctor</c>.</summary>
sealed class DoctorCommand : Command
{
    readonly ModelCatalog models;
    readonly Option<ModelEntry?> model;

    public DoctorCommand(ModelCatalog models)
        : base("doctor", "Try devices, layers, gradients, memory and threads on this machine")
    {
        this.models = models;
        Add(model = SharedOptions.Model(models, $"The network to try; {models.Default} unless given"));
        SetAction((parsed, cancellation) => Task.FromResult(Run(parsed, cancellation)));
    }

    int Run(ParseResult parsed, CancellationToken cancellation)
    {
        var report = new Report(parsed);
        var checks = new List<DoctorCheck>();
        foreach (var check in new Doctor(parsed.GetValue(model) ?? models.Default, cancellation).Run())
        {
            checks.Add(check);
            if (report.IsTerminal) report.Note($"{check.Name}: {(check.Ok ? "ok" : "FAILED")}");
        }

        int failed = checks.Count(c => !c.Ok);
        report.Result(new DoctorResult(checks), AppJson.Lines.DoctorResult, console =>
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
