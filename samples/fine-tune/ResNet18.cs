using Nin;

/// <summary>The block that <see cref="ResNet18"/> repeats.</summary>
[Layers]
[Conv2d(Block.Filters, Kernel = 3, Stride = Block.Stride, Padding = 1, Bias = false)]
[BatchNorm2d(Momentum = 0.01165)]
[Relu]
[Conv2d(Block.Filters, Kernel = 3, Padding = 1, Bias = false)]
[BatchNorm2d(Momentum = 0.01165)]
[Add("Norm2", "input", Project = true)]
[Relu]
abstract class ResNet18Block;

/// <summary>The block that <see cref="ResNet18"/> repeats.</summary>
[Layers]
[Conv2d(Block.Filters, Kernel = 1, Stride = Block.Stride, Bias = false)]
[BatchNorm2d(Momentum = 0.01165)]
[Conv2d(Block.Filters, Kernel = 3, Stride = 2, PaddingTop = 1, PaddingLeft = 1, Bias = false, From = "input")]
[BatchNorm2d(Momentum = 0.01165)]
[Relu]
[Conv2d(Block.Filters, Kernel = 3, Padding = 1, Bias = false)]
[BatchNorm2d(Momentum = 0.01165)]
[Add("Norm3", "Norm1")]
[Relu]
abstract class ResNet18Block2;

/// <summary>Imported from ResNet18.onnx.</summary>
[Network(3, 224, 224)]
[Conv2d(64, Kernel = 7, Stride = 2, PaddingTop = 3, PaddingLeft = 3, PaddingBottom = 2, PaddingRight = 2, Bias = false)]
[BatchNorm2d(Momentum = 0.01165)]
[Relu]
[MaxPool2d(3, Stride = 2, PaddingTop = 1, PaddingLeft = 1)]
[LayersOf<ResNet18Block>(Times = 2, Name = "Stage1", Filters = 64, Stride = 1)]
[LayersOf<ResNet18Block2>(Name = "Stage2", Filters = 128, Stride = 2)]
[LayersOf<ResNet18Block>(Name = "Stage3", Filters = 128, Stride = 1)]
[LayersOf<ResNet18Block2>(Name = "Stage4", Filters = 256, Stride = 2)]
[LayersOf<ResNet18Block>(Name = "Stage5", Filters = 256, Stride = 1)]
[LayersOf<ResNet18Block2>(Name = "Stage6", Filters = 512, Stride = 2)]
[LayersOf<ResNet18Block>(Times = 2, Name = "Stage7", Filters = 512, Stride = 1)]
[AvgPool2d(7, Stride = 1)]
public sealed partial class ResNet18
{
    /// <summary>What the parameters are called in the file that they were imported from.</summary>
    public static System.Collections.Generic.IReadOnlyDictionary<string, string> ImportedNames { get; } = new System.Collections.Generic.Dictionary<string, string>
    {
        ["Conv1.weight"] = "Parameter91",
        ["Norm1.weight"] = "Parameter96",
        ["Norm1.bias"] = "Parameter97",
        ["Norm1.running_mean"] = "Constant98",
        ["Norm1.running_var"] = "Constant99",
        ["Stage1_1_Conv1.weight"] = "Parameter86",
        ["Stage1_1_Norm1.weight"] = "Parameter113",
        ["Stage1_1_Norm1.bias"] = "Parameter114",
        ["Stage1_1_Norm1.running_mean"] = "Constant115",
        ["Stage1_1_Norm1.running_var"] = "Constant116",
        ["Stage1_1_Conv2.weight"] = "Parameter82",
        ["Stage1_1_Norm2.weight"] = "Parameter127",
        ["Stage1_1_Norm2.bias"] = "Parameter128",
        ["Stage1_1_Norm2.running_mean"] = "Constant129",
        ["Stage1_1_Norm2.running_var"] = "Constant130",
        ["Stage1_2_Conv1.weight"] = "Parameter77",
        ["Stage1_2_Norm1.weight"] = "Parameter144",
        ["Stage1_2_Norm1.bias"] = "Parameter145",
        ["Stage1_2_Norm1.running_mean"] = "Constant146",
        ["Stage1_2_Norm1.running_var"] = "Constant147",
        ["Stage1_2_Conv2.weight"] = "Parameter73",
        ["Stage1_2_Norm2.weight"] = "Parameter158",
        ["Stage1_2_Norm2.bias"] = "Parameter159",
        ["Stage1_2_Norm2.running_mean"] = "Constant160",
        ["Stage1_2_Norm2.running_var"] = "Constant161",
        ["Stage2_Conv1.weight"] = "Parameter199",
        ["Stage2_Norm1.weight"] = "Parameter203",
        ["Stage2_Norm1.bias"] = "Parameter204",
        ["Stage2_Norm1.running_mean"] = "Constant205",
        ["Stage2_Norm1.running_var"] = "Constant206",
        ["Stage2_Conv2.weight"] = "Parameter68",
        ["Stage2_Norm2.weight"] = "Parameter175",
        ["Stage2_Norm2.bias"] = "Parameter176",
        ["Stage2_Norm2.running_mean"] = "Constant177",
        ["Stage2_Norm2.running_var"] = "Constant178",
        ["Stage2_Conv3.weight"] = "Parameter64",
        ["Stage2_Norm3.weight"] = "Parameter189",
        ["Stage2_Norm3.bias"] = "Parameter190",
        ["Stage2_Norm3.running_mean"] = "Constant191",
        ["Stage2_Norm3.running_var"] = "Constant192",
        ["Stage3_Conv1.weight"] = "Parameter59",
        ["Stage3_Norm1.weight"] = "Parameter220",
        ["Stage3_Norm1.bias"] = "Parameter221",
        ["Stage3_Norm1.running_mean"] = "Constant222",
        ["Stage3_Norm1.running_var"] = "Constant223",
        ["Stage3_Conv2.weight"] = "Parameter55",
        ["Stage3_Norm2.weight"] = "Parameter234",
        ["Stage3_Norm2.bias"] = "Parameter235",
        ["Stage3_Norm2.running_mean"] = "Constant236",
        ["Stage3_Norm2.running_var"] = "Constant237",
        ["Stage4_Conv1.weight"] = "Parameter275",
        ["Stage4_Norm1.weight"] = "Parameter279",
        ["Stage4_Norm1.bias"] = "Parameter280",
        ["Stage4_Norm1.running_mean"] = "Constant281",
        ["Stage4_Norm1.running_var"] = "Constant282",
        ["Stage4_Conv2.weight"] = "Parameter50",
        ["Stage4_Norm2.weight"] = "Parameter251",
        ["Stage4_Norm2.bias"] = "Parameter252",
        ["Stage4_Norm2.running_mean"] = "Constant253",
        ["Stage4_Norm2.running_var"] = "Constant254",
        ["Stage4_Conv3.weight"] = "Parameter46",
        ["Stage4_Norm3.weight"] = "Parameter265",
        ["Stage4_Norm3.bias"] = "Parameter266",
        ["Stage4_Norm3.running_mean"] = "Constant267",
        ["Stage4_Norm3.running_var"] = "Constant268",
        ["Stage5_Conv1.weight"] = "Parameter41",
        ["Stage5_Norm1.weight"] = "Parameter296",
        ["Stage5_Norm1.bias"] = "Parameter297",
        ["Stage5_Norm1.running_mean"] = "Constant298",
        ["Stage5_Norm1.running_var"] = "Constant299",
        ["Stage5_Conv2.weight"] = "Parameter37",
        ["Stage5_Norm2.weight"] = "Parameter310",
        ["Stage5_Norm2.bias"] = "Parameter311",
        ["Stage5_Norm2.running_mean"] = "Constant312",
        ["Stage5_Norm2.running_var"] = "Constant313",
        ["Stage6_Conv1.weight"] = "Parameter351",
        ["Stage6_Norm1.weight"] = "Parameter355",
        ["Stage6_Norm1.bias"] = "Parameter356",
        ["Stage6_Norm1.running_mean"] = "Constant357",
        ["Stage6_Norm1.running_var"] = "Constant358",
        ["Stage6_Conv2.weight"] = "Parameter32",
        ["Stage6_Norm2.weight"] = "Parameter327",
        ["Stage6_Norm2.bias"] = "Parameter328",
        ["Stage6_Norm2.running_mean"] = "Constant329",
        ["Stage6_Norm2.running_var"] = "Constant330",
        ["Stage6_Conv3.weight"] = "Parameter28",
        ["Stage6_Norm3.weight"] = "Parameter341",
        ["Stage6_Norm3.bias"] = "Parameter342",
        ["Stage6_Norm3.running_mean"] = "Constant343",
        ["Stage6_Norm3.running_var"] = "Constant344",
        ["Stage7_1_Conv1.weight"] = "Parameter23",
        ["Stage7_1_Norm1.weight"] = "Parameter372",
        ["Stage7_1_Norm1.bias"] = "Parameter373",
        ["Stage7_1_Norm1.running_mean"] = "Constant374",
        ["Stage7_1_Norm1.running_var"] = "Constant375",
        ["Stage7_1_Conv2.weight"] = "Parameter19",
        ["Stage7_1_Norm2.weight"] = "Parameter386",
        ["Stage7_1_Norm2.bias"] = "Parameter387",
        ["Stage7_1_Norm2.running_mean"] = "Constant388",
        ["Stage7_1_Norm2.running_var"] = "Constant389",
        ["Stage7_2_Conv1.weight"] = "Parameter14",
        ["Stage7_2_Norm1.weight"] = "Parameter403",
        ["Stage7_2_Norm1.bias"] = "Parameter404",
        ["Stage7_2_Norm1.running_mean"] = "Constant405",
        ["Stage7_2_Norm1.running_var"] = "Constant406",
        ["Stage7_2_Conv2.weight"] = "Parameter10",
        ["Stage7_2_Norm2.weight"] = "Parameter417",
        ["Stage7_2_Norm2.bias"] = "Parameter418",
        ["Stage7_2_Norm2.running_mean"] = "Constant419",
        ["Stage7_2_Norm2.running_var"] = "Constant420",
    };
}
