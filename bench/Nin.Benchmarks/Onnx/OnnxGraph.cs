namespace Nin.Benchmarks.Onnx;

/// <summary>A chain of ONNX nodes, each reading the last one's output. Field numbers are those of <c>onnx/onnx.proto</c>.</summary>
sealed class OnnxGraph
{
    const int OpsetVersion = 13;
    const int IrVersion = 8;
    const int Float32 = 1;
    const int IntegersAttribute = 7;

    readonly ProtobufMessage graph = new();
    readonly Shape input;
    string last = "images";
    int nodes;

    /// <param name="name">Name of the graph.</param>
    /// <param name="input">Shape of one example.</param>
    public OnnxGraph(string name, Shape input)
    {
        this.input = input;
        graph.Text(2, name);
    }

    /// <summary>A convolution with bias.</summary>
    public void Conv(Parameter weight, Parameter bias, int stride, int padding)
    {
        Initializer(weight);
        Initializer(bias);
        int kernel = weight.Spec.Dims[2];
        Node("Conv", [weight.Name, bias.Name], ("kernel_shape", [kernel, kernel]), ("strides", [stride, stride]), Pads(padding));
    }

    /// <summary>Max pooling.</summary>
    public void MaxPool(int kernel, int stride, int padding) =>
        Node("MaxPool", [], ("kernel_shape", [kernel, kernel]), ("strides", [stride, stride]), Pads(padding));

    /// <summary>A node without attributes.</summary>
    public void Node(string op) => Node(op, []);

    /// <summary>Writes the model; the last node's output is its only one.</summary>
    /// <param name="path">File.</param>
    /// <param name="output">Features of one example.</param>
    public void Save(string path, int output)
    {
        graph.Message(11, ValueInfo("images", [input.Channels, input.Height, input.Width]));
        graph.Message(12, ValueInfo(last, [output]));
        var opset = new ProtobufMessage().Text(1, "").Integer(2, OpsetVersion);
        new ProtobufMessage().Integer(1, IrVersion).Message(7, graph).Message(8, opset).Save(path);
    }

    static (string, long[]) Pads(int padding) => ("pads", [padding, padding, padding, padding]);

    void Node(string op, string[] parameters, params (string Name, long[] Values)[] attributes)
    {
        var node = new ProtobufMessage().Text(1, last);
        foreach (string parameter in parameters) node.Text(1, parameter);
        last = $"{op}{++nodes}";
        node.Text(2, last).Text(3, last).Text(4, op);
        foreach (var (name, values) in attributes)
            node.Message(5, new ProtobufMessage().Text(1, name).Integers(8, values).Integer(20, IntegersAttribute));
        graph.Message(1, node);
    }

    void Initializer(Parameter parameter) => graph.Message(
        5,
        new ProtobufMessage()
            .Integers(1, parameter.Spec.Dims.Select(d => (long)d)).Integer(2, Float32).Text(8, parameter.Name).Floats(9, parameter.ToArray()));

    /// <summary>A float tensor whose first dimension, the batch, is left open.</summary>
    static ProtobufMessage ValueInfo(string name, long[] dims)
    {
        var shape = new ProtobufMessage().Message(1, new ProtobufMessage().Text(2, "batch"));
        foreach (long dim in dims) shape.Message(1, new ProtobufMessage().Integer(1, dim));
        var tensor = new ProtobufMessage().Integer(1, Float32).Message(2, shape);
        return new ProtobufMessage().Text(1, name).Message(2, new ProtobufMessage().Message(1, tensor));
    }
}
