module oracle_parser

go 1.27
