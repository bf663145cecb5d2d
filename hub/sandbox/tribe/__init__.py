"""The stand-in of a WordPress site with The Events Calendar."""
