using Nin;

// dotnet run -c Release -- train --data flowers/ --epochs 20     flowers/ has one folder of images a class
// dotnet run -c Release -- predict photo.jpg                     by the newest run
// dotnet run -c Release -- --help                                everything else
return await NinApp.RunAsync(args, app => app.Add<ClassifierNet>("classifier"));

// The build checks every shape. As many classes as there are folders: Classes here, and the channels that the last block ends in.
[Network(3, IMAGE_SIZE, IMAGE_SIZE, Classes = CLASS_COUNT)]
[NinBlock(32, Kernel = 5, Stride = 2, Padding = 2, BatchNorm = true)]
[MaxPool2d(3, Stride = 2, Padding = 1)]
[NinBlock(64, Kernel = 3, Padding = 1, BatchNorm = true)]
[MaxPool2d(3, Stride = 2, Padding = 1)]
[NinBlock(128, 128, CLASS_COUNT, Kernel = 3, Padding = 1, BatchNorm = true, LastRelu = false)]
[GlobalAvgPool2d]
[Flatten]
public sealed partial class ClassifierNet;
