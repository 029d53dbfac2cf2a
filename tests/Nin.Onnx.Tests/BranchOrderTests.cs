using static Nin.Onnx.GraphWriter;

namespace Nin.Onnx.Tests;

/// <summary>Blocks are found whichever of their branches an exporter writes first.</summary>
public sealed class BranchOrderTests : PatternTests
{
    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public void A_shortcut_before_the_body_or_after_it_is_the_projection_of_the_blocks_sum(bool shortcutFirst, bool bottleneck)
    {
        string x = Graph.Node("Relu", [Normalised(Graph.Input(0, 3, 9, 8), 8, 3, 3, 1)]);
        long channels = 8;
        foreach (long filters in (long[])[8, 16])
        {
            for (int i = 0; i < 3; i++)
            {
                long given = bottleneck ? 2 * filters : filters;
                int stride = i == 0 && filters == 16 ? 2 : 1;
                bool projects = stride > 1 || given != channels;
                string shortcut = projects && shortcutFirst ? Normalised(x, given, channels, 1, stride) : x;
                string y = bottleneck ? Graph.Node("Relu", [Normalised(x, filters, channels, 1, 1)]) : x;
                y = Graph.Node("Relu", [Normalised(y, filters, bottleneck ? filters : channels, 3, stride)]);
                y = Normalised(y, given, filters, bottleneck ? 1 : 3, 1);
                if (projects && !shortcutFirst) shortcut = Normalised(x, given, channels, 1, stride);
                x = Graph.Node("Relu", [Graph.Node("Add", i == 1 ? [shortcut, y] : [y, shortcut])]);
                channels = given;
            }
        }

        string declaration = Agrees(x);
        declaration.Split("(Times = 3, Name = \"Stage").Should().HaveCount(3, "both stages are three copies of a block");
        declaration.Should().Contain("Project = true");
    }

    [Fact]
    public void Branches_that_are_both_projections_stay_in_their_order()
    {
        string x = Graph.Node("Relu", [Normalised(Graph.Input(0, 3, 9, 8), 8, 3, 3, 1)]);
        string first = Normalised(x, 16, 8, 1, 2), second = Normalised(x, 16, 8, 1, 2);
        Agrees(Graph.Node("Add", [second, first]));
    }

    string Normalised(string x, long filters, long channels, int kernel, int stride)
    {
        string y = Graph.Node("Conv", [x, Graph.Weights(filters, channels, kernel, kernel)], Ints("strides", stride, stride), Ints("pads", kernel / 2, kernel / 2, kernel / 2, kernel / 2));
        string variance = Graph.Floats([filters], [.. Enumerable.Repeat(0.5f, (int)filters)]);
        return Graph.Node("BatchNormalization", [y, Graph.Weights(filters), Graph.Weights(filters), Graph.Weights(filters), variance]);
    }
}
