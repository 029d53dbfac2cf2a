#!/usr/bin/env bash
# Fetches what this sample works on into data/: ResNet-18 trained on ImageNet (from a NuGet package, 63 MB) as a declaration and weights, and photographs of
# eight kinds (from Debian's tuxpaint-stamps-default, 161 MB). Needs the .NET SDK, apt-get and dpkg-deb; no root.
set -euo pipefail
cd "$(dirname "$0")"
mkdir -p data/package

dotnet restore FineTune.csproj
models=$(dotnet msbuild FineTune.csproj -getProperty:FeaturizerFolder)
ln -sf "$models/ResNet18Onnx/ResNet18.onnx" "$models/ResNetPrepOnnx/ResNetPreprocess.onnx" data/
rm -f data/ResNet18.cs data/ResNet18.safetensors
dotnet run -c Release --project ../../src/Nin.Runner -- import data/ResNet18.onnx --class ResNet18 --out data
# The declaration is part of this sample; it must be the one that the weights are for.
cmp data/ResNet18.cs ResNet18.cs

if [ ! -d data/package/usr ]; then
    (cd data/package && apt-get download tuxpaint-stamps-default && dpkg-deb -x tuxpaint-stamps-default_*.deb .)
fi
stamps=data/package/usr/share/tuxpaint/stamps
rm -rf data/photos
for class in animals/birds animals/fish animals/mammals food/fruit food/vegetables plants/flowers town/roadsigns vehicles; do
    mkdir -p "data/photos/$(basename "$class")"
    find "$stamps/$class" -name '*.png' -not -path '*cartoon*' -exec cp {} "data/photos/$(basename "$class")/" \;
done
for class in data/photos/*/; do echo "$(ls "$class" | wc -l) $class"; done
