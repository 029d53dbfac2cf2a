using System.CommandLine;
using Nin.App.Output;
using Nin.App.Pictures;
using Nin.App.Results;
using Nin.App.Runs;

namespace Nin.App.Commands;

/// <summary><c>predict</c>.</summary>
sealed class PredictCommand : Command
{
    readonly ModelCatalog models;
    readonly Argument<string[]> images = new("images") { Description = "Files of pictures: PNG, JPEG, WebP, GIF or BMP", HelpName = "IMAGE", Arity = ArgumentArity.OneOrMore };
    readonly Option<string?> weights = SharedOptions.WeightsOrNewest();
    readonly Option<ModelEntry?> model;
    readonly Option<string> device = SharedOptions.Device();
    readonly Option<int?> threads = SharedOptions.Threads();

    public PredictCommand(ModelCatalog models)
        : base("predict", "Name the class of pictures")
    {
        this.models = models;
        model = SharedOptions.Model(models, "The network, where the file does not name it");
        Add(images);
        foreach (Option option in (Option[])[weights, model, device, threads]) Add(option);
        SetAction((parsed, cancellation) => Task.FromResult(Run(parsed, cancellation)));
    }

    int Run(ParseResult parsed, CancellationToken cancellation)
    {
        var file = WeightsFile.Open(parsed.GetValue(weights) ?? RunFolder.NewestWeights(), parsed.GetValue(model), models);
        using var on = ChosenDevice.Open(parsed, device, threads);
        using var network = file.Load(on);
        using var answers = new Answers(network, file.Preprocessing);
        var rows = new List<PredictionRow>();
        foreach (string path in parsed.GetValue(images)!)
        {
            cancellation.ThrowIfCancellationRequested();
            float[] probabilities = answers.Of(PictureInput.Read(path, file.Preprocessing));
            int best = Array.IndexOf(probabilities, probabilities.Max());
            rows.Add(new PredictionRow(path, file.Preprocessing.ClassNames[best], probabilities[best]));
        }

        new Report(parsed).Result([.. rows], AppJson.Lines.PredictionRowArray, console =>
        {
            var table = Tables.Create("image", "class", ">confidence");
            foreach (var row in rows) table.Add(row.Image, row.Class, Tables.Percent(row.Confidence));
            console.Write(table);
        });
        return ExitCode.Done;
    }

    /// <summary>Asks a network for one picture at a time.</summary>
    sealed class Answers(INetwork network, Nin.Data.Preprocessing preprocessing) : IDisposable
    {
        readonly ISession session = network.CreateSession(1);
        readonly TensorBuffer input = new(network.Device, 1, network.Architecture.Input);

        public float[] Of(float[] image)
        {
            input.CopyFrom(image, Layout.Nchw);
            float[] logits = session.Forward(input.Tensor).ToArray(Layout.Nchw);
            double most = logits.Max(), sum = logits.Sum(v => Math.Exp(v - most));
            return [.. logits.Take(preprocessing.ClassNames.Count).Select(v => (float)(Math.Exp(v - most) / sum))];
        }

        public void Dispose()
        {
            input.Dispose();
            session.Dispose();
        }
    }
}
