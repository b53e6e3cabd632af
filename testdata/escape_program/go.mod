module example.com/escape_program

go 1.27
