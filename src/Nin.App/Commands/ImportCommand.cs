using System.CommandLine;
using System.Globalization;
using Nin.App.Output;
using Nin.App.Results;
using Nin.Onnx;

namespace Nin.App.Commands;

/// <summary><c>import</c>.</summary>
sealed class ImportCommand : Command
{
    readonly Argument<string> file = new("file") { Description = "An ONNX file" };
    readonly Option<string?> name = new("--class") { Description = "The class to declare (default: made of the file's name)", HelpName = "name" };
    readonly Option<string?> nameSpace = new("--namespace") { Description = "Its namespace (default: none)", HelpName = "name" };
    readonly Option<string?> input = new("--input") { Description = "Size of an input where the file leaves it open, as 3x224x224", HelpName = "size" };
    readonly Option<string> folder = new("--out") { Description = "The folder to write to (default: here)", HelpName = "folder", DefaultValueFactory = _ => "." };

    public ImportCommand()
        : base("import", "Write the declaration of an ONNX file's network, and its weights")
    {
        Add(file);
        foreach (Option option in (Option[])[name, nameSpace, input, folder]) Add(option);
        SetAction(Run);
    }

    int Run(ParseResult parsed)
    {
        string path = parsed.GetValue(file)!, target = parsed.GetValue(folder)!;
        if (!File.Exists(path)) throw new FileNotFoundException($"{path} does not exist; name an ONNX file.");
        ImportedNetwork network;
        string text;
        try
        {
            network = OnnxImport.Read(path, parsed.GetValue(name), Size(parsed.GetValue(input)));
            text = network.ToDeclaration(parsed.GetValue(nameSpace));
        }
        catch (ArgumentException exception)
        {
            throw new UsageException(ErrorText.Message(exception));
        }

        string declaration = Path.Combine(target, $"{network.Name}.cs"), weights = Path.Combine(target, $"{network.Name}.safetensors");
        // They are the user's from the moment they are written: what was changed in them, or trained, must not be lost.
        if (((string[])[declaration, weights]).FirstOrDefault(File.Exists) is { } existing)
            throw new IOException($"{existing} exists already; move it, or name another folder with --out.");
        Directory.CreateDirectory(target);
        network.SaveWeights(weights);
        try
        {
            File.WriteAllText(declaration, text);
        }
        catch
        {
            // Half of the result would be in the way of the next try.
            File.Delete(weights);
            throw;
        }

        var result = new ImportResult(network.Name, network.Layers.Count, network.ParameterCount, [declaration, weights]);
        var report = new Report(parsed);
        foreach (string note in network.Notes) report.Note(note);
        report.Result(result, AppJson.Lines.ImportResult, console =>
            console.Say($"  {network.Name}: {network.Input} to {network.Layers[^1].Output}, {Tables.Count(result.Layers)} layers, {Tables.Count(result.Parameters)} parameters in {declaration} and {weights}"));
        return ExitCode.Done;
    }

    static Shape? Size(string? text)
    {
        if (text is null) return null;
        int[] sizes = [.. text.Split('x').Select(part => int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out int size) ? size : 0)];
        if (sizes is not [> 0, > 0, > 0]) throw new UsageException($"--input {text} is not a valid size: write channels x height x width, as 3x224x224.");
        return new Shape(sizes[0], sizes[1], sizes[2]);
    }
}
