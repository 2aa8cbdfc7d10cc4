"""What a file is made of, walked before a parser sees it.

A walk is bounded, and leaves behind what no picture needs: comments, texts, further pictures, what a program
noted for itself. So nobody can keep a parser busy with thousands of small parts.
"""
