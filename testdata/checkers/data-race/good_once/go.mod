module example.com/good_once

go 1.27
