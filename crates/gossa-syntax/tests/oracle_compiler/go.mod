module oracle_compiler

go 1.27
