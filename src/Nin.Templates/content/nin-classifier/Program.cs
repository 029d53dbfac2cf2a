using Nin;

// dotnet run -c Release -- train --data PICTURES --epochs 20     (one folder a class)
// dotnet run -c Release -- predict picture.jpg                   (by the newest run)
return await NinApp.RunAsync(args, app => app.Add<ClassifierNet>("classifier"));

/// <summary>Tells the classes apart; the build checks every shape.</summary>
[Network(3, IMAGE_SIZE, IMAGE_SIZE, Classes = CLASS_COUNT)]
[NinBlock(32, Kernel = 5, Stride = 2, Padding = 2, BatchNorm = true)]
[MaxPool2d(3, Stride = 2, Padding = 1)]
[NinBlock(64, Kernel = 3, Padding = 1, BatchNorm = true)]
[MaxPool2d(3, Stride = 2, Padding = 1)]
[NinBlock(128, 128, CLASS_COUNT, Kernel = 3, Padding = 1, BatchNorm = true, LastRelu = false)]
[GlobalAvgPool2d]
[Flatten]
public sealed partial class ClassifierNet;
