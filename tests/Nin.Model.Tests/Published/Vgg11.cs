namespace Nin.Model.Tests.Published;

/// <summary>VGG-11, configuration A of Simonyan and Zisserman 2014 (arXiv 1409.1556), as torchvision has it.</summary>
[Network(3, 224, 224, Classes = 1000)]
[LayersOf<ConvolutionRelu>(Filters = 64)]
[MaxPool2d(2)]
[LayersOf<ConvolutionRelu>(Filters = 128)]
[MaxPool2d(2)]
[LayersOf<ConvolutionRelu>(Times = 2, Filters = 256)]
[MaxPool2d(2)]
[LayersOf<ConvolutionRelu>(Times = 2, Filters = 512)]
[MaxPool2d(2)]
[LayersOf<ConvolutionRelu>(Times = 2, Filters = 512)]
[MaxPool2d(2)]
[Flatten]
[Linear(4096)]
[Relu]
[Dropout(0.5)]
[Linear(4096)]
[Relu]
[Dropout(0.5)]
[Linear(1000)]
public sealed partial class Vgg11;
