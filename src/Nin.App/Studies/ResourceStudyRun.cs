using System.Text;
using Nin.App.Output;
using Nin.App.Plots;
using Nin.App.Results;
using Nin.App.Runs;
using Nin.Training;
using Spectre.Console;

namespace Nin.App.Studies;

/// <summary>Counts what networks take and measures what a device allocates for them, and draws both.</summary>
sealed class ResourceStudyRun(ResourceStudy study, ResourceScale scale, StudyFolder folder, IReadOnlyList<ResourceRow> rows, Report report)
{
    static readonly string[] Headings =
    [
        "network", ">batch", ">parameters", ">operations", ">to train, planned", ">allocated", ">to predict, planned", ">allocated", ">published parameters",
        ">operations", ">to train", ">to predict",
    ];

    public ResourceResult Execute(Device device, string command, CancellationToken cancellation)
    {
        if (!PlotFont.Install()) report.Note(PlotFont.Missing);
        List<ResourceUse> uses = [];
        foreach (var row in rows)
        {
            foreach (int batch in scale.Batches)
            {
                cancellation.ThrowIfCancellationRequested();
                uses.Add(Measure(row, batch, device));
            }
        }

        Nin.Checkpoints.AtomicFile.CreateFolder(folder.Path);
        RunFolder.Write(folder.Table, Markdown(uses, command));
        RunFolder.Write(folder.Plot, ResourcePlot.Draw(study.Name, uses));
        return new ResourceResult(study.Name, uses);
    }

    public static void Show(IAnsiConsole console, IReadOnlyList<ResourceUse> uses)
    {
        var table = Tables.Create(Headings);
        foreach (var use in uses) table.Add(Line(use));
        console.Write(table);
    }

    ResourceUse Measure(ResourceRow row, int batch, Device device)
    {
        var model = folder.Models.Known(row.Model);
        var architecture = model.Architecture();
        report.Note($"{row.Name}, batch {batch}");
        return new ResourceUse(
            row.Name, model.Id, architecture.Input.ToString(), batch, architecture.ParameterCount, architecture.Macs, model.TrainingBytes(batch),
            Allocated(model, batch, device, trains: true), model.InferenceBytes(batch), Allocated(model, batch, device, trains: false), row.Published);
    }

    /// <summary>What the device holds after a step, beyond what it held before the network was made: with the images, and copies that make kernels fast.</summary>
    static long Allocated(ModelEntry model, int batch, Device device, bool trains)
    {
        long before = device.AllocatedBytes;
        using var network = model.Create(device, 0);
        using var session = network.CreateSession(batch);
        using var input = new TensorBuffer(device, batch, network.Architecture.Input);
        if (trains)
        {
            using var sgd = new Sgd(network.Parameters, learningRate: 0.1);
            session.TrainStep(input.Tensor, new int[batch], sgd);
            return device.AllocatedBytes - before;
        }

        session.Forward(input.Tensor).CopyTo(new float[batch * network.Architecture.Output.Length], Layout.Nhwc);
        return device.AllocatedBytes - before;
    }

    byte[] Markdown(IReadOnlyList<ResourceUse> uses, string command)
    {
        var text = new StringBuilder($"# {study.Name}\n\n{study.Question} Scale {scale.Name}.\n\n    {command}\n\n");
        MarkdownTable.Append(text, Headings, uses.Select(Line));
        text.Append(
            "\nBytes are of the whole batch: parameters, activations and, to train, gradients. Allocated is what the device holds after a step, with the images and with " +
            "copies of weights that make kernels fast. Operations are two per multiply-add. Published figures are of one image.\n");
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    static string[] Line(ResourceUse use) =>
    [
        $"{use.Row} ({use.Input})", Tables.Count(use.Batch), Tables.Count(use.Parameters), Tables.Large(2.0 * use.Macs), Tables.Bytes(use.TrainingBytes),
        Tables.Bytes(use.TrainingAllocated), Tables.Bytes(use.InferenceBytes), Tables.Bytes(use.InferenceAllocated),
        .. use.Published is { } p
            ? (string[])[Tables.Large(p.Parameters), Tables.Large(p.Operations), Tables.Bytes((long)p.TrainingBytes), Tables.Bytes((long)p.InferenceBytes)]
            : ["", "", "", ""],
    ];
}
