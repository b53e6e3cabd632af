module example.com/alt

go 1.22

require example.com/dep v1.1.0

replace example.com/dep => ./dep
