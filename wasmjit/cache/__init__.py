"""What is kept on disk between processes: compiled code, checked before it is used.

Whatever goes wrong here, a full disk, a read-only home, a damaged or foreign file, costs time and nothing else.
"""
