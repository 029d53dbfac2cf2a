using Microsoft.CodeAnalysis;
using Nin.Generators.Diagnostics;
using Nin.Generators.Layers;
using Nin.Generators.Symbols;

namespace Nin.Generators.Parsing;

/// <summary>Finds which layers each layer of a class reads, once all of them have their names.</summary>
sealed class LayerInputs(List<LayerEntry> entries, DiagnosticList? diagnostics)
{
    /// <summary>What names the network's input, and inside a block the block's.</summary>
    public const string NetworkInputName = "input";

    readonly List<Action> pending = [];

    /// <summary>The position that a layer without <c>From</c> reads.</summary>
    int last = LayerSpec.NetworkInput;

    /// <summary>The entry added last is a layer of the class's own.</summary>
    public void ExpectLayer()
    {
        int index = entries.Count - 1;
        pending.Add(() =>
        {
            entries[index] = entries[index] with { Inputs = InputsOf(index) };
            last = index;
        });
    }

    /// <summary>The entries from <paramref name="start"/> on are copied ones, whose inputs count from the first of them.</summary>
    /// <param name="data">The attribute that says what they read; null where they read what comes before.</param>
    /// <param name="reporter">Reports on it.</param>
    /// <param name="start">The first of them.</param>
    /// <param name="whole">Whether all of them are there.</param>
    public void ExpectCopy(AttributeData? data, Reporter reporter, int start, bool whole)
    {
        int end = entries.Count;
        pending.Add(() =>
        {
            int source = data is null ? last : From(data, reporter, start);
            for (int i = start; i < end; i++)
            {
                int[] inputs = [.. entries[i].Inputs.Select(input => input switch
                {
                    LayerSpec.NetworkInput => source,
                    LayerEntry.Unknown => LayerEntry.Unknown,
                    _ => input + start,
                })];
                entries[i] = entries[i] with { Inputs = inputs };
            }

            last = whole ? end - 1 : LayerEntry.Unknown;
        });
    }

    /// <summary>Finds them all, in order.</summary>
    public void Resolve() => pending.ForEach(resolve => resolve());

    List<int> InputsOf(int index)
    {
        LayerEntry entry = entries[index];
        Reporter reporter = entry.Reporter(diagnostics);
        if (!entry.Kind.IsMerge) return [From(entry.Data, reporter, index)];

        if (entry.Arguments.IsGiven("From"))
        {
            reporter.Report(
                Rules.ArgumentOutOfRange, "From",
                $"From and positional inputs exclude each other",
                $"leave From out");
        }

        List<int> inputs = [Named("first"), Named("second")];
        if (entry.Arguments.Find("more") is { Kind: TypedConstantKind.Array, IsNull: false } more)
        {
            inputs.AddRange(more.Values.Select((value, i) => Find(value, reporter, "more", i, "input", index)));
        }

        return inputs;

        int Named(string argument) =>
            entry.Arguments.Find(argument) is { } value ? Find(value, reporter, argument, 0, "input", index) : LayerEntry.Unknown;
    }

    int From(AttributeData data, Reporter reporter, int index) =>
        new AttributeArguments(data).Find("From") is { } value and not { Kind: TypedConstantKind.Primitive, Value: null }
            ? Find(value, reporter, "From", 0, "From =", index)
            : last;

    /// <summary>The position of the layer that an argument names, which is before <paramref name="index"/>.</summary>
    int Find(TypedConstant value, Reporter reporter, string argument, int element, string role, int index)
    {
        if (value.Kind != TypedConstantKind.Primitive) return LayerEntry.Unknown;

        string? name = value.Value as string;
        if (name == NetworkInputName) return LayerSpec.NetworkInput;

        int found = entries.FindIndex(e => e.Name == name);
        if (found >= 0 && found < index) return found;

        if (found < 0 && entries.FirstOrDefault(e => name is not null && e.Inserts(name)) is { } merge)
        {
            reporter.Report(
                Rules.BadName, argument,
                $"{role} \"{name}\" names a layer that Project inserts, which only {merge.Name} can read",
                $"declare the 1x1 convolution and its [BatchNorm2d] instead",
                element);
            return LayerEntry.Unknown;
        }

        string shown = name is null ? "null" : $"\"{name}\"";
        string which = found < 0 ? "names no layer" : found == index ? "is the layer itself" : "comes later";
        string earlier = string.Join(", ", entries.Take(index).Select(e => e.Name));
        string choice = index == 0 ? "no layer comes before it" : $"use one of {earlier}";
        reporter.Report(
            Rules.BadName, argument,
            $"{role} {shown} {which}",
            $"{choice}",
            element);
        return LayerEntry.Unknown;
    }
}
