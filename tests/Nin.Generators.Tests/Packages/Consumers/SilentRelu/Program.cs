Console.WriteLine($"book {BookNin.ParameterCount} {BookNin.Architecture.Hash()}");
