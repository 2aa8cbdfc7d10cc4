"""The benchmarks: `make bench`. Numbers to compare within one run; the machine's noise is in all of them."""
