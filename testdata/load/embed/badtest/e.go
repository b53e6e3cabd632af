package badtest
