using Nin.TorchSharpState;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

// write FOLDER               a network that trained a few steps: its state dict in weights.safetensors, images and its answers in answers.safetensors
// answer WEIGHTS IMAGES TO   the same network with weights that Nin saved: its answers to images
using var network = Create();
switch (args)
{
    case ["write", var folder]:
        random.manual_seed(1);
        using (var images = randn(4, 3, 12, 10))
        {
            Train();
            network.eval();
            using var mode = inference_mode();
            Safetensors.Write(Path.Combine(folder, "weights.safetensors"), network.state_dict());
            Safetensors.Write(Path.Combine(folder, "answers.safetensors"), new Dictionary<string, Tensor> { ["images"] = images, ["answers"] = network.call(images) });
        }

        return 0;
    case ["answer", var weights, var file, var to]:
        network.load_state_dict(Safetensors.Read(weights), strict: true);
        network.eval();
        using (inference_mode())
            Safetensors.Write(to, new Dictionary<string, Tensor> { ["answers"] = network.call(Safetensors.Read(file)["images"]) });
        return 0;
    default:
        Console.Error.WriteLine("Usage: TorchSharpState write FOLDER | answer WEIGHTS IMAGES TO");
        return 2;
}

// The layers of TorchStateNet in tests/Nin.Model.Tests, under the names that it gives them.
static TorchSharp.Modules.Sequential Create() => Sequential(
    ("Conv1", Conv2d(3, 8, (3L, 5L), stride: (2L, 1L), padding: (1L, 2L), bias: false)),
    ("Norm1", BatchNorm2d(8)),
    ("Relu1", ReLU()),
    ("Conv2", Conv2d(8, 16, 3, padding: 1, groups: 8)),
    ("Silu1", SiLU()),
    ("Block1", Sequential(
        Conv2d(16, 12, 3, padding: 1), BatchNorm2d(12), ReLU(), Conv2d(12, 12, 1), BatchNorm2d(12), ReLU(), Conv2d(12, 12, 1), BatchNorm2d(12), ReLU())),
    ("Pool1", MaxPool2d(2)),
    ("Up1", ConvTranspose2d(12, 8, 3, stride: 2, padding: 1, output_padding: 1, groups: 4)),
    ("Flatten1", Flatten()),
    ("Linear1", Linear(8 * 6 * 10, 16)),
    ("Norm2", BatchNorm1d(16)),
    ("Gelu1", GELU()),
    ("Linear2", Linear(16, 5, hasBias: false)));

void Train()
{
    using var sgd = optim.SGD(network.parameters(), 0.05, momentum: 0.9);
    network.train();
    for (int step = 0; step < 5; step++)
    {
        using var scope = NewDisposeScope();
        sgd.zero_grad();
        functional.cross_entropy(network.call(randn(16, 3, 12, 10)), randint(5, new long[] { 16 })).backward();
        sgd.step();
    }
}
