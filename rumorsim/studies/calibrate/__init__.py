"""calibrate: parameters that data have spoken to, and what they cannot say."""
