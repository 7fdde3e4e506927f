"""Random places, and how careflow and Ciw, another simulator, are made to say the same of them."""
