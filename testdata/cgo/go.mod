module gossa.test/cgo

go 1.27
